import { Link } from '@tanstack/react-router'
import { recordPath, useDefinitions, useType } from '../../records/object-types.ts'
import { openOnly } from '../../records/pipeline.ts'
import { titleText } from '../../records/titles.ts'
import { viewOf } from '../../values/index.ts'
import styles from './home.module.css'
import { Section } from './section.tsx'

/** The opportunities of a member that are neither won nor lost, those that close first in front. */
export function MyOpportunities({ member }: { member: string }) {
  const type = useType('opportunity')
  const { fields } = useDefinitions(type)
  const filter = { $owner: member, ...openOnly }
  return (
    <Section
      title="My open opportunities"
      objectType="opportunity"
      query={{ filter, sort: '$closeDate', limit: 12 }}
      all={{ to: '/opportunities', search: { ...filter, sort: '$closeDate' } }}
      empty="You own no open opportunity. Set yourself as the owner of one, or press c to create one."
      row={(record) => (
        <>
          <Link to={recordPath(type, record.id)}>{titleText(type, record)}</Link>
          <span className={styles['aside']}>
            {['$stage', '$amount'].map((key) => {
              const definition = fields.find((field) => field.key === key)
              const value = record.fields[key]?.value
              if (!definition || value === null || value === undefined) return null
              const { Line } = viewOf(definition.valueType)
              return <Line key={key} value={value} configuration={definition.typeConfiguration} />
            })}
          </span>
        </>
      )}
    />
  )
}
