import { Button, Group, Stack, Text } from '@mantine/core'
import type { SigningSecret } from '@openfield/sdk'
import { useState } from 'react'
import { Confirm, momentText, Secret, useChange } from '../parts.tsx'

type Props = { read(): Promise<SigningSecret>; renew(): Promise<SigningSecret> }

/** The secret that requests are signed with: shown to whoever asks, and exchanged with a day in which both count. */
export function Signing({ read, renew }: Props) {
  const [shown, setShown] = useState<SigningSecret>()
  const [isAsking, setAsking] = useState(false)
  const show = useChange(read, [], setShown)
  const exchange = useChange(renew, [], setShown)
  return (
    <Stack gap="xs">
      {shown && <Secret text={shown.secret} label="Signing secret" />}
      {shown?.previousUntil && (
        <Text size="sm" className="muted">
          The secret before it counts too, until {momentText(shown.previousUntil)}.
        </Text>
      )}
      <Group gap="xs">
        {!shown && (
          <Button variant="default" loading={show.isPending} onClick={() => show.mutate(undefined)}>
            Show the secret
          </Button>
        )}
        <Button variant="default" loading={exchange.isPending} onClick={() => setAsking(true)}>
          Renew it
        </Button>
      </Group>
      {isAsking && (
        <Confirm
          title="Renew the secret?"
          action="Renew"
          onConfirm={() => exchange.mutate(undefined)}
          onClose={() => setAsking(false)}
        >
          Requests are signed with both secrets for a day, so that receivers can change over in their own time.
        </Confirm>
      )}
    </Stack>
  )
}
