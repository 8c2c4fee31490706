import { Select, SimpleGrid, Stack, TextInput } from '@mantine/core'
import { type Address, countryCodes } from '@openfield/schema/values/address'
import { countryNames } from './formats.ts'
import { type InputProps, labelled } from './view.ts'

const nothing: Address = {
  street: null,
  street2: null,
  city: null,
  state: null,
  postalCode: null,
  country: null,
  latitude: null,
  longitude: null,
}

const countries = countryCodes
  .map((code) => ({ value: code, label: countryNames().of(code) ?? code }))
  .toSorted((one, other) => one.label.localeCompare(other.label))

/** The lines of an address. A place on the map that it has stays, unless the address changes. */
export function AddressInput({
  value,
  onChange,
  label,
  configuration: _,
  hiddenLabel,
  error,
  ...props
}: InputProps<Address>) {
  const address = value ?? nothing
  const change = (part: Partial<Address>) => onChange({ ...address, latitude: null, longitude: null, ...part })
  const line = (key: 'street' | 'street2' | 'city' | 'state' | 'postalCode', said: string) => ({
    'aria-label': `${label}: ${said.toLowerCase()}`,
    placeholder: said,
    value: address[key] ?? '',
    onChange: (event: { currentTarget: HTMLInputElement }) => change({ [key]: event.currentTarget.value }),
    autoComplete: 'off',
  })
  const first = line('street', 'Street')
  return (
    <Stack gap={6}>
      <TextInput {...first} {...labelled({ ...props, label, hiddenLabel: hiddenLabel ?? false })} />
      <TextInput {...line('street2', 'Apartment, floor')} />
      <SimpleGrid cols={2} spacing={6}>
        <TextInput {...line('postalCode', 'Postal code')} />
        <TextInput {...line('city', 'City')} />
        <TextInput {...line('state', 'State or region')} />
        <Select
          aria-label={`${label}: country`}
          placeholder="Country"
          data={countries}
          value={address.country}
          onChange={(country) => change({ country })}
          searchable
          clearable
          selectFirstOptionOnChange
          maxDropdownHeight={240}
          error={error}
        />
      </SimpleGrid>
    </Stack>
  )
}
