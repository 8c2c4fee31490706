import {
  Button,
  Checkbox,
  Group,
  Modal,
  NumberInput,
  PasswordInput,
  SegmentedControl,
  Select,
  Stack,
  Text,
  TextInput,
} from '@mantine/core'
import { useForm } from '@mantine/form'
import { APIError, type Mailbox, type MailboxSignIn, type MailServer } from '@openfield/sdk'
import { useMutation } from '@tanstack/react-query'
import { messageOf } from '../../../app/problem.tsx'
import { queryClient } from '../../../app/queries.ts'
import { client } from '../../../app/server.ts'
import { mailboxesKey } from './section.tsx'

type Server = Pick<MailServer, 'host' | 'port' | 'security'>

/** The ports that go with a way to connect. */
const usualPorts = { smtp: { tls: 465, starttls: 587, none: 25 }, imap: { tls: 993, starttls: 143, none: 143 } }

const securities = [
  { value: 'tls', label: 'TLS' },
  { value: 'starttls', label: 'STARTTLS' },
  { value: 'none', label: 'none' },
]

/** Where Google lets programs in with a password of their own; Microsoft lets none in. */
const google = { smtp: 'smtp.gmail.com', imap: 'imap.gmail.com' }

/** Asks how to sign in to a mailbox, and connects it, or connects it again. */
export function Connect({ mailbox, onClose }: { mailbox?: Mailbox; onClose(): void }) {
  const form = useForm({
    initialValues: {
      email: mailbox?.email ?? '',
      provider: mailbox?.provider ?? ('imap' as Mailbox['provider']),
      way: mailbox?.authentication ?? 'password',
      password: '',
      username: mailbox && mailbox.smtp.username !== mailbox.email ? mailbox.smtp.username : '',
      smtp: serverOf('smtp', mailbox?.smtp),
      imap: serverOf('imap', mailbox?.imap ?? undefined),
      sendsOnly: mailbox ? mailbox.imap === null : false,
      clientId: '',
      clientSecret: '',
      refreshToken: '',
      isPrivate: mailbox?.privacySetting === 'METADATA',
    },
    validate: {
      email: (email) => (/^\S+@\S+$/.test(email.trim()) ? null : 'An address such as ada@example.com.'),
      password: (password, { way }) => (way === 'oauth' || password !== '' ? null : 'Type the password.'),
      clientId: (id, { way }) => (way === 'password' || id.trim() ? null : 'Type the client’s id.'),
      refreshToken: (token, { way }) => (way === 'password' || token.trim() ? null : 'Type the refresh token.'),
    },
  })
  const { values } = form
  const connect = useMutation({
    mutationFn: () => {
      const signIn = signInOf(values)
      const privacySetting = values.isPrivate ? ('METADATA' as const) : ('FULL' as const)
      return mailbox
        ? client.admin.mailboxes.update(mailbox.id, { ...signIn, privacySetting })
        : client.admin.mailboxes.connect({
            email: values.email.trim(),
            provider: values.way === 'oauth' && values.provider === 'imap' ? 'google' : values.provider,
            privacySetting,
            ...signIn,
          })
    },
    async onSuccess() {
      await queryClient.invalidateQueries({ queryKey: mailboxesKey })
      onClose()
    },
    onError(error) {
      const field = error instanceof APIError ? inputs[error.param ?? ''] : undefined
      if (field) form.setFieldError(field, messageOf(error))
    },
  })
  const guess = () => {
    const domain = values.email.trim().split('@')[1]
    if (!domain || mailbox) return
    const hosts = /^(gmail|googlemail)\.com$/i.test(domain)
      ? google
      : { smtp: `smtp.${domain}`, imap: `imap.${domain}` }
    for (const kind of ['smtp', 'imap'] as const) {
      if (values[kind].host === '') form.setFieldValue(`${kind}.host`, hosts[kind])
    }
  }
  const isOAuth = values.way === 'oauth'
  return (
    <Modal opened onClose={onClose} title={mailbox ? `Connect ${mailbox.email} again` : 'Connect a mailbox'} size="lg">
      <form onSubmit={form.onSubmit(() => connect.mutate())}>
        <Stack gap="sm">
          {!mailbox && (
            <TextInput
              label="E-mail address"
              type="email"
              autoComplete="email"
              data-autofocus
              {...form.getInputProps('email')}
              onBlur={guess}
            />
          )}
          <SegmentedControl
            aria-label="How to sign in"
            data={[
              { value: 'password', label: 'With a password' },
              { value: 'oauth', label: 'With tokens of Google or Microsoft' },
            ]}
            {...form.getInputProps('way')}
          />
          {isOAuth ? (
            <>
              {!mailbox && (
                <Select
                  label="Provider"
                  data={[
                    { value: 'google', label: 'Google' },
                    { value: 'microsoft', label: 'Microsoft' },
                  ]}
                  allowDeselect={false}
                  {...form.getInputProps('provider')}
                  value={values.provider === 'imap' ? 'google' : values.provider}
                />
              )}
              <TextInput label="Client ID" {...form.getInputProps('clientId')} />
              <PasswordInput label="Client secret" autoComplete="off" {...form.getInputProps('clientSecret')} />
              <PasswordInput
                label="Refresh token"
                description="Of an application of your own at the provider, for mail. It is kept encrypted and renewed as needed."
                autoComplete="off"
                {...form.getInputProps('refreshToken')}
              />
            </>
          ) : (
            <>
              <PasswordInput
                label="Password"
                description="Kept encrypted. Where you sign in with a second factor, make a password for apps at your provider."
                autoComplete="off"
                {...form.getInputProps('password')}
              />
              <TextInput
                label="User name"
                placeholder={values.email || 'the address'}
                {...form.getInputProps('username')}
              />
              <ServerInputs kind="smtp" label="Sends by (SMTP)" form={form} />
              {!values.sendsOnly && <ServerInputs kind="imap" label="Reads by (IMAP)" form={form} />}
              <Checkbox
                label="Only send from it: read nothing"
                {...form.getInputProps('sendsOnly', { type: 'checkbox' })}
              />
            </>
          )}
          <Checkbox
            label="Keep its e-mails private"
            description="Colleagues see that there was an e-mail, from and to whom, and not what it says."
            {...form.getInputProps('isPrivate', { type: 'checkbox' })}
          />
          {connect.error && (
            <Text role="alert" size="sm" c="var(--of-danger)">
              {messageOf(connect.error)}
            </Text>
          )}
          <Group justify="flex-end">
            {connect.isPending && (
              <Text size="sm" className="muted" role="status">
                Signing in to its servers…
              </Text>
            )}
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={connect.isPending}>
              Connect
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}

/** The input that a refusal of the server is about. */
const inputs: Readonly<Record<string, string>> = {
  email: 'email',
  password: 'password',
  smtp: 'smtp.host',
  'smtp.host': 'smtp.host',
  imap: 'imap.host',
  'imap.host': 'imap.host',
  'oauth.refreshToken': 'refreshToken',
}

const serverOf = (kind: 'smtp' | 'imap', server?: MailServer): Server => ({
  host: server?.host ?? '',
  security: server?.security ?? 'tls',
  port: server?.port ?? usualPorts[kind].tls,
})

type Values = {
  way: string
  password: string
  username: string
  smtp: Server
  imap: Server
  sendsOnly: boolean
  clientId: string
  clientSecret: string
  refreshToken: string
}

function signInOf({ way, password, username, smtp, imap, sendsOnly, ...tokens }: Values): MailboxSignIn {
  if (way === 'oauth') {
    const { clientId, clientSecret, refreshToken } = tokens
    return { oauth: { clientId, refreshToken, ...(clientSecret && { clientSecret }) } }
  }
  return {
    password,
    ...(username.trim() && { username: username.trim() }),
    smtp: { ...smtp, host: smtp.host.trim() },
    imap: sendsOnly ? null : { ...imap, host: imap.host.trim() },
  }
}

type Form = {
  getInputProps(path: string): ReturnType<ReturnType<typeof useForm>['getInputProps']>
  setFieldValue(path: `${'smtp' | 'imap'}.port`, port: number): void
  values: Record<'smtp' | 'imap', Server>
}

function ServerInputs({ kind, label, form }: { kind: 'smtp' | 'imap'; label: string; form: Form }) {
  return (
    <Group grow align="flex-start" preventGrowOverflow={false} wrap="wrap">
      <TextInput label={label} miw="12rem" {...form.getInputProps(`${kind}.host`)} />
      <Select
        label="Security"
        aria-label={`${label}: security`}
        maw="9rem"
        data={securities}
        allowDeselect={false}
        value={form.values[kind].security}
        onChange={(security) => {
          if (security === null) return
          form.getInputProps(`${kind}.security`).onChange(security)
          form.setFieldValue(`${kind}.port`, usualPorts[kind][security as Server['security']])
        }}
      />
      <NumberInput
        label="Port"
        aria-label={`${label}: port`}
        maw="7rem"
        min={1}
        max={65_535}
        hideControls
        {...form.getInputProps(`${kind}.port`)}
      />
    </Group>
  )
}
