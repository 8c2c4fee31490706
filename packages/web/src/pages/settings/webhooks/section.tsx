import type { SectionProps } from '../page.tsx'
import { WebhookList } from './list.tsx'
import { WebhookPage } from './webhook.tsx'

/** The webhooks, or one of them. */
export default function Webhooks({ item }: SectionProps) {
  return item === undefined ? <WebhookList /> : <WebhookPage key={item} id={item} />
}
