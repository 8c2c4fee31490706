import { Button, Stack, Text, Title } from '@mantine/core'
import { APIConnectionError, APIError, NotFoundError, PermissionDeniedError, RateLimitError } from '@openfield/sdk'

/** What went wrong, in words that say what to do. `again`: the same may help later. */
export type Problem = { title: string; message: string; again: boolean }

/** The problem that an error stands for. */
function problemOf(error: unknown): Problem {
  if (error instanceof NotFoundError) {
    return {
      title: 'Not found',
      message: 'It does not exist, or it was deleted or merged into another record. Look in the trash, or search.',
      again: false,
    }
  }
  if (error instanceof PermissionDeniedError) return { title: 'Not allowed', message: saidBy(error), again: false }
  if (error instanceof APIConnectionError) {
    return { title: 'No connection', message: 'The server cannot be reached. Check the connection.', again: true }
  }
  if (error instanceof RateLimitError) {
    return { title: 'Too many requests', message: 'Wait a moment, then try again.', again: true }
  }
  if (error instanceof APIError && (error.status ?? 500) < 500) {
    return { title: 'That did not work', message: saidBy(error), again: false }
  }
  const request = error instanceof APIError && error.requestId ? ` (request ${error.requestId})` : ''
  return { title: 'Something went wrong', message: `Try again in a moment${request}.`, again: true }
}

/** What the server said, without the status that the client puts before it. */
const saidBy = (error: APIError) => error.message.replace(/^\d{3} /, '')

/** What is said at an input, which shows by itself what it is about. */
export function atInput(message: string): string {
  const reason = message.replace(/^The value of '.*?' is not valid: /, '')
  return reason.charAt(0).toUpperCase() + reason.slice(1)
}

/** One sentence for a place with little room, such as a notification. */
export const messageOf = (error: unknown) => problemOf(error).message

/** A whole page or panel that cannot be shown. */
export function ProblemView({ error, retry }: { error: unknown; retry?: () => void }) {
  const { title, message, again } = problemOf(error)
  return (
    <Stack align="center" gap="xs" py="xl" px="md" role="alert">
      <Title order={2}>{title}</Title>
      <Text className="muted" ta="center" maw="32rem">
        {message}
      </Text>
      {again && retry && <Button onClick={retry}>Try again</Button>}
    </Stack>
  )
}
