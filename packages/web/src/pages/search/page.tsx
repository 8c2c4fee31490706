import { Stack, TextInput, Title } from '@mantine/core'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useSearched } from '../../records/find.ts'
import { useType } from '../../records/object-types.ts'
import { RecordLink } from '../../records/record-link.tsx'
import styles from './search.module.css'

/** Everything that a text finds; the text is in the address. */
export function Page() {
  const { q } = useSearch({ strict: false })
  const text = typeof q === 'string' ? q : ''
  const navigate = useNavigate()
  const { data: found = [], isFetching } = useSearched(text.trim())
  return (
    <Stack p="lg" maw="48rem" gap="md">
      <Title order={1}>Search</Title>
      <TextInput
        aria-label="Search"
        placeholder="Name, e-mail address, phone number…"
        value={text}
        onChange={(event) => void navigate({ to: '/search', search: { q: event.currentTarget.value }, replace: true })}
        autoFocus
      />
      <div role="status" className={text === '' || found.length > 0 ? 'visually-hidden' : 'muted'}>
        {text === '' || isFetching ? '' : said(found.length)}
      </div>
      <ul className={styles['found']}>
        {found.map(({ id, objectType, name }) => (
          <li key={id}>
            <RecordLink id={id} objectType={objectType} name={name} />
            <TypeLabel name={objectType} />
          </li>
        ))}
      </ul>
      {text === '' && (
        <p className="muted">Type part of a name. What you find opens with Enter from anywhere: press /.</p>
      )}
    </Stack>
  )
}

const TypeLabel = ({ name }: { name: string }) => <span className="muted">{useType(name).label}</span>

const said = (count: number) =>
  count === 0
    ? 'Nothing found. Try a part of a name, or another spelling.'
    : `${count} ${count === 1 ? 'result' : 'results'}`
