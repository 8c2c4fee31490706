import { Modal, Stack, Title } from '@mantine/core'
import { Keys } from './keyboard.tsx'
import styles from './palette.module.css'
import { useShortcutGroups } from './shortcuts.ts'

/** All keys that do something on this page. */
export function ShortcutHelp({ onClose }: { onClose(): void }) {
  const groups = useShortcutGroups()
  return (
    <Modal opened onClose={onClose} title="Keyboard shortcuts" size="md">
      <Stack>
        {groups.toReversed().map(({ title, shortcuts }) => (
          <section key={title}>
            <Title order={3} size="sm">
              {title}
            </Title>
            <dl className={styles['keys']}>
              {shortcuts().map(({ keys, label }) => (
                <div key={keys}>
                  <dt>{label}</dt>
                  <dd>
                    <Keys keys={keys} />
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </Stack>
    </Modal>
  )
}
