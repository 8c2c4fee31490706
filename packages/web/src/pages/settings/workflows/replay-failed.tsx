import { Button, Menu } from '@mantine/core'
import { IconChevronDown } from '@tabler/icons-react'

type Props = { action: string; failingSince: string | null; onReplay(since: string): void }

const hour = 3_600_000
const spans = { 'the last hour': hour, 'the last day': 24 * hour, 'the last week': 7 * 24 * hour }

/** Has what failed be done again, all of it since a moment. */
export const ReplayFailed = ({ action, failingSince, onReplay }: Props) => (
  <Menu position="bottom-end">
    <Menu.Target>
      <Button variant="default" rightSection={<IconChevronDown size={14} aria-hidden />}>
        {action}
      </Button>
    </Menu.Target>
    <Menu.Dropdown>
      {failingSince && <Menu.Item onClick={() => onReplay(failingSince)}>Since it began to fail</Menu.Item>}
      {Object.entries(spans).map(([label, ms]) => (
        <Menu.Item key={label} onClick={() => onReplay(new Date(Date.now() - ms).toISOString())}>
          Of {label}
        </Menu.Item>
      ))}
    </Menu.Dropdown>
  </Menu>
)
