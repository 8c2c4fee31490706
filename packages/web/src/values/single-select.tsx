import { Select } from '@mantine/core'
import { choicesOf, Dot, labelOf, OptionChip, positionOf, renderChoice } from './options.tsx'
import { labelled, type ValueView } from './view.ts'

/** One of the field's options. */
export const singleSelect: ValueView<string> = {
  Line: ({ value, configuration }) => <OptionChip id={value} configuration={configuration} />,
  Input: ({ value, onChange, configuration, inPlace, ...props }) => (
    <Select
      {...labelled(props)}
      data={choicesOf(configuration, value === null ? [] : [value])}
      value={value}
      onChange={onChange}
      onOptionSubmit={(chosen) => chosen === value && onChange(chosen)}
      allowDeselect={false}
      renderOption={renderChoice(configuration)}
      leftSection={value !== null && <Dot position={positionOf(value, configuration)} />}
      searchable
      clearable={!props.required}
      selectFirstOptionOnChange
      defaultDropdownOpened={inPlace ?? false}
      nothingFoundMessage="No such option"
      maxDropdownHeight={280}
    />
  ),
  Filter: ({ text, onChange, configuration, label }) => (
    <Select
      aria-label={label}
      data={choicesOf(configuration, text === '' ? [] : [text])}
      value={text || null}
      onChange={(value) => onChange(value ?? '')}
      renderOption={renderChoice(configuration)}
      searchable
      selectFirstOptionOnChange
      maxDropdownHeight={280}
    />
  ),
  text: labelOf,
  width: 140,
  immediate: true,
}
