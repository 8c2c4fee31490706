import { Stack, TextInput, Title } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { useFound } from '../../records/find.ts'
import { useType } from '../../records/object-types.ts'
import { RecordLink } from '../../records/record-link.tsx'
import styles from './search.module.css'

/** Everything that a text finds; the text is in the address. */
export function Page() {
  const [text, setText] = useTextInAddress()
  const { found, isCurrent } = useFound(text)
  return (
    <Stack p="lg" maw="48rem" gap="md">
      <Title order={1}>Search</Title>
      <TextInput
        aria-label="Search"
        placeholder="Name, e-mail address, phone number…"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        autoFocus
      />
      <div role="status" className={text === '' || found.length > 0 ? 'visually-hidden' : 'muted'}>
        {text === '' || !isCurrent ? '' : said(found.length)}
      </div>
      <ul className={styles['found']}>
        {found.map(({ id, objectType, name, hint }) => (
          <li key={id}>
            <RecordLink id={id} objectType={objectType} name={name} />
            <span className={`muted ${styles['hint']}`}>{hint}</span>
            <TypeLabel name={objectType} />
          </li>
        ))}
      </ul>
      {text === '' && (
        <p className="muted">
          A part of a name, an e-mail address or a telephone number is enough, and a name together with its company.
          From anywhere, press / to search.
        </p>
      )}
    </Stack>
  )
}

const addressMs = 250

/** What is typed, which the address follows; and the other way round when one comes here by another address. */
function useTextInAddress() {
  const { q } = useSearch({ strict: false })
  const asked = typeof q === 'string' ? q : ''
  const navigate = useNavigate()
  const [text, setText] = useState(asked)
  const written = useRef(asked)
  const write = useDebouncedCallback((next: string) => {
    written.current = next
    void navigate({ to: '/search', search: { q: next }, replace: true })
  }, addressMs)
  useEffect(() => {
    if (asked === written.current) return
    written.current = asked
    setText(asked)
  }, [asked])
  const change = (next: string) => {
    setText(next)
    write(next)
  }
  return [text, change] as const
}

const TypeLabel = ({ name }: { name: string }) => <span className="muted">{useType(name).label}</span>

const said = (count: number) =>
  count === 0
    ? 'Nothing found. Try a part of a name, or another spelling.'
    : `${count} ${count === 1 ? 'result' : 'results'}`
