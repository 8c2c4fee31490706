import type { TypeConfiguration } from '@openfield/schema'
import { currencyFormat } from './formats.ts'
import { NumberField, NumberFilter, NumberLine } from './number.tsx'
import type { ValueView } from './view.ts'

/** An amount of money, with the sign of the field's currency. */
export const currency: ValueView<number> = {
  Line: ({ value, configuration }) => <NumberLine>{amount(value, configuration)}</NumberLine>,
  Input: (props) => <NumberField {...props} unit={unitOf(props.configuration)} />,
  Filter: (props) => <NumberFilter {...props} unit={unitOf(props.configuration)} />,
  text: amount,
  width: 120,
  align: 'right',
}

const unitOf = ({ currency }: TypeConfiguration) => currency && <small className="muted">{currency}</small>

function amount(value: number, { currency }: TypeConfiguration): string {
  return currencyFormat(currency).format(value)
}
