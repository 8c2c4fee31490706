import { Alert, Checkbox, Fieldset, Group, NativeSelect, Stack, Switch } from '@mantine/core'
import type { EnrichmentMode, EnrichmentSettings, EnrichmentSettingsChange } from '@openfield/sdk'
import { useQuery } from '@tanstack/react-query'
import { ProblemView } from '../../../app/problem.tsx'
import { keys } from '../../../app/queries.ts'
import { client } from '../../../app/server.ts'
import { Head, useChange } from '../parts.tsx'
import { Runs } from './runs.tsx'

/** Whether and how what is missing of accounts and contacts is looked up, and what came of it lately. */
export default function Enrichment() {
  const { data, error, refetch } = useQuery({
    queryKey: keys.enrichmentSettings,
    queryFn: () => client.admin.enrichment.settings(),
  })
  return (
    <>
      <Head
        title="Enrichment"
        about="What is missing of accounts is looked up on their own website, of contacts by their e-mail address. What somebody has typed is never replaced."
      />
      {error && <ProblemView error={error} retry={refetch} />}
      {data && <Settings settings={data} />}
      <Runs />
    </>
  )
}

const types = [
  { slug: 'accounts', label: 'Accounts' },
  { slug: 'contacts', label: 'Contacts' },
] as const

const modes: { value: EnrichmentMode; label: string }[] = [
  { value: 'automatic', label: 'When new, and when asked' },
  { value: 'manual', label: 'Only when asked' },
  { value: 'off', label: 'Never' },
]

function Settings({ settings }: { settings: EnrichmentSettings }) {
  const change = useChange(
    (input: EnrichmentSettingsChange) => client.admin.enrichment.updateSettings(input),
    [keys.enrichmentSettings],
  )
  // What was clicked shows at once.
  const shown = { ...settings, ...(change.isPending && merged(settings, change.variables)) }
  return (
    <Stack gap="md">
      {!settings.available && (
        <Alert color="gray" title="This server looks nothing up">
          Whoever runs it has switched that off by OPENFIELD_ENRICHMENT.
        </Alert>
      )}
      {types.map(({ slug, label }) => {
        const { mode, off } = shown[slug]
        const turn = (name: string, isOn: boolean) =>
          change.mutate({ [slug]: { off: isOn ? off.filter((one) => one !== name) : [...off, name] } })
        return (
          <Fieldset key={slug} legend={label} disabled={!settings.available}>
            <Stack gap="sm">
              <NativeSelect
                label="Look up"
                aria-label={`Look up ${label.toLowerCase()}`}
                data={modes}
                value={mode}
                onChange={({ currentTarget }) =>
                  change.mutate({ [slug]: { mode: currentTarget.value as EnrichmentMode } })
                }
                maw={400}
              />
              <Fieldset variant="unstyled" legend="Fill">
                <Group gap="md">
                  {settings.fields[slug].map(({ name, label: field }) => (
                    <Checkbox
                      key={name}
                      label={field}
                      disabled={mode === 'off'}
                      checked={!off.includes(name)}
                      onChange={({ currentTarget }) => turn(name, currentTarget.checked)}
                    />
                  ))}
                </Group>
              </Fieldset>
            </Stack>
          </Fieldset>
        )
      })}
      <Switch
        label="Programs may ask for profile photos"
        description="Openfield itself finds none."
        disabled={!settings.available}
        checked={shown.profilePhotos}
        onChange={({ currentTarget }) => change.mutate({ profilePhotos: currentTarget.checked })}
      />
    </Stack>
  )
}

const merged = (settings: EnrichmentSettings, change: EnrichmentSettingsChange): Partial<EnrichmentSettings> => ({
  accounts: { ...settings.accounts, ...change.accounts },
  contacts: { ...settings.contacts, ...change.contacts },
  profilePhotos: change.profilePhotos ?? settings.profilePhotos,
})
