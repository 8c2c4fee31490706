import { MultiSelect } from '@mantine/core'
import { choicesOf, labelOf, OptionChip, renderChoice } from './options.tsx'
import { singleSelect } from './single-select.tsx'
import styles from './values.module.css'
import { labelled, type ShownProps, type ValueView } from './view.ts'

const chips = ({ value, configuration }: ShownProps<readonly string[]>) =>
  value.map((id) => <OptionChip key={id} id={id} configuration={configuration} />)

/** Any of the field's options. */
export const multiSelect: ValueView<string[]> = {
  Line: (props) => <span className={styles['chips']}>{chips(props)}</span>,
  Whole: (props) => <span className={`${styles['chips']} ${styles['wrap']}`}>{chips(props)}</span>,
  Input: ({ value, onChange, configuration, inPlace, ...props }) => (
    <MultiSelect
      {...labelled(props)}
      data={choicesOf(configuration, value ?? [])}
      value={value ?? []}
      onChange={onChange}
      renderOption={renderChoice(configuration)}
      searchable
      clearable
      hidePickedOptions
      selectFirstOptionOnChange
      defaultDropdownOpened={inPlace ?? false}
      nothingFoundMessage="No such option"
      maxDropdownHeight={280}
    />
  ),
  // A filter finds those that have one of the options.
  Filter: (props) => singleSelect.Filter?.(props),
  text: (value, configuration) => value.map((id) => labelOf(id, configuration)).join(', '),
  write: (value) => (value.length === 0 ? null : value),
  width: 200,
  roomy: () => true,
}
