import { Select } from '@mantine/core'
import { useState } from 'react'
import { useFound } from '../../records/find.ts'
import { useName } from '../../records/names.ts'
import { useType } from '../../records/object-types.ts'

type LinkFilterProps = { objectType: string; label: string; id: string; onChange(id: string): void }

/** Chooses the record that a filter compares with. */
export function LinkFilter({ objectType, label, id, onChange }: LinkFilterProps) {
  const type = useType(objectType)
  const name = useName(id, id === '' ? '' : undefined)
  const [typed, setTyped] = useState<string>()
  const { found } = useFound(typed === undefined || typed === name ? '' : typed, type)
  const chosen = id === '' || found.some((one) => one.id === id) ? [] : [{ id, name: name ?? id }]
  return (
    <Select
      aria-label={label}
      placeholder={`Find ${type.label.toLowerCase()}…`}
      data={[...chosen, ...found].map((one) => ({ value: one.id, label: one.name }))}
      value={id || null}
      onChange={(next) => onChange(next ?? '')}
      searchable
      searchValue={typed ?? name ?? ''}
      onSearchChange={setTyped}
      filter={({ options }) => options}
      nothingFoundMessage="Nothing found"
      maxDropdownHeight={280}
      comboboxProps={{ withinPortal: false }}
    />
  )
}
