import { describe, expect, it } from 'vitest'
import { successOf } from '../../../test/factories.ts'
import { startApi } from '../../../test/harness.ts'

const api = await startApi({ OPENFIELD_WORKER: 'off' })

type Field = {
  slug: string
  label: string
  description: string | null
  valueType: string
  system: boolean
  readOnly: boolean
  typeConfiguration: { options?: { id: string; label: string; description: string | null }[] } & Record<string, unknown>
}
type Definitions = {
  objectType: string
  fieldDefinitions: Record<string, Field>
  relationshipDefinitions: Record<string, { slug: string; cardinality: string; objectType: string }>
}
const definitionsOf = async (plural: string) => successOf(await api.get<Definitions>(`/v1/${plural}/definitions`))
const labelsOf = (field: Field | undefined) => field?.typeConfiguration.options?.map(({ label }) => label)

describe('definitions', () => {
  it.each([
    ['accounts', 'account'],
    ['contacts', 'contact'],
    ['opportunities', 'opportunity'],
  ])('of %s name the object type, and have exactly three keys', async (plural, objectType) => {
    const definitions = await definitionsOf(plural)
    expect(Object.keys(definitions).sort()).toEqual(['fieldDefinitions', 'objectType', 'relationshipDefinitions'])
    expect(definitions.objectType).toBe(objectType)
    for (const [key, field] of Object.entries(definitions.fieldDefinitions)) {
      expect([key, field.system, field.label.length > 0]).toEqual([`$${field.slug}`, true, true])
    }
  })

  it('say which fields only the system writes', async () => {
    const readOnly = async (plural: string) =>
      Object.entries((await definitionsOf(plural)).fieldDefinitions).flatMap(([key, field]) =>
        field.readOnly ? key : [],
      )
    expect((await readOnly('accounts')).sort()).toEqual(['$accountStatus', '$howTheyMakeMoney', '$lastInteractionAt'])
    expect(await readOnly('contacts')).toEqual(['$lastInteractionAt'])
    expect((await readOnly('opportunities')).sort()).toEqual(['$lastInteractionAt', '$opportunityStatus'])
  })

  it('have the configuration of each value type, and no other', async () => {
    const configurations = async (plural: string) =>
      Object.fromEntries(
        Object.entries((await definitionsOf(plural)).fieldDefinitions).map(([key, { typeConfiguration }]) => [
          key,
          typeConfiguration,
        ]),
      )
    expect(await configurations('contacts')).toMatchObject({
      $name: {},
      $email: { unique: false, multipleValues: true },
      $phone: { unique: false, multipleValues: true },
      $profilePhotoUrl: { unique: false, multipleValues: false },
      $linkedIn: { handleService: 'LINKEDIN' },
      $twitter: { handleService: 'TWITTER' },
      $facebook: { handleService: 'FACEBOOK' },
      $instagram: { handleService: 'INSTAGRAM' },
      $doNotContact: {},
    })
    expect(await configurations('opportunities')).toMatchObject({ $amount: { currency: 'USD' }, $closeDate: {} })
    expect((await configurations('accounts')).$website).toEqual({ unique: false, multipleValues: true })
  })

  it('have the options that a new workspace starts with, by ids that are the same everywhere', async () => {
    const { fieldDefinitions } = await definitionsOf('opportunities')
    expect(labelsOf(fieldDefinitions.$stage)).toEqual([
      'Lead',
      'Qualification',
      'Demo',
      'Trial',
      'Proposal',
      'Won',
      'Lost',
    ])
    for (const option of fieldDefinitions.$stage?.typeConfiguration.options ?? []) {
      expect(option).toEqual({
        id: expect.stringMatching(/^opt_[0-9a-z]{26}$/),
        label: option.label,
        description: null,
      })
    }
    const accounts = (await definitionsOf('accounts')).fieldDefinitions
    expect(labelsOf(accounts.$headcount)).toEqual([
      '1-10',
      '11-50',
      '51-200',
      '201-500',
      '501-1000',
      '1001-5000',
      '5001-10000',
      '10001+',
    ])
    expect(labelsOf(accounts.$lastFundingType)).toContain('Series A')
  })

  it('give relationships the slugs that filters use', async () => {
    const slugs = async (plural: string) =>
      Object.fromEntries(
        Object.entries((await definitionsOf(plural)).relationshipDefinitions).map(([key, { slug }]) => [key, slug]),
      )
    expect(await slugs('accounts')).toEqual({
      $owner: 'account-owner',
      $contact: 'account-contact',
      $opportunity: 'opportunity-account',
      $task: 'task-account',
      $note: 'note-account',
      $meeting: 'meeting-account',
    })
    expect(await slugs('opportunities')).toEqual({
      $account: 'opportunity-account',
      $owner: 'opportunity-owner',
      $createdBy: 'opportunity-created-by',
      $champion: 'opportunity-champion',
      $evaluator: 'opportunity-evaluator',
      $task: 'task-opportunity',
      $note: 'note-opportunity',
      $meeting: 'meeting-opportunity',
    })
    expect(await slugs('contacts')).toMatchObject({ $account: 'account-contact', $owner: 'contact-owner' })
  })
})
