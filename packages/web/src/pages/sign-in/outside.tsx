import { Paper, Stack, Title } from '@mantine/core'
import type { ReactNode } from 'react'

/** The frame of pages for those who are not signed in. */
export function Outside({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Stack component="main" align="center" justify="center" mih="100dvh" p="md">
      <Paper withBorder p="xl" w="100%" maw="24rem" bg="var(--of-surface)">
        <Stack>
          <Title order={1}>{title}</Title>
          {children}
        </Stack>
      </Paper>
    </Stack>
  )
}
