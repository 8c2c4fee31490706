import type { Context } from '../context.ts'
import { createRecord } from '../records/create.ts'

export type NewChannel = {
  name: string
  provider: string
  visibility?: string | undefined
  memberIds?: string[] | undefined
  accountIds?: string[] | undefined
  externalId?: string | undefined
}

/** Adds a channel, as a bridge to another system would. */
export const createChannel = (ctx: Context, input: NewChannel): Promise<string> =>
  createRecord(ctx, 'channel', {
    fields: { $name: input.name, $provider: input.provider, $visibility: input.visibility ?? 'PUBLIC' },
    relationships: { $member: input.memberIds ?? [], $account: input.accountIds ?? [] },
    ...(input.externalId !== undefined && { externalId: input.externalId }),
  })

export type NewMessage = {
  channelId: string
  text: string
  sentAt: string
  senderName?: string | null | undefined
  senderEmail?: string | null | undefined
  externalId?: string | undefined
}

/** Adds a message to a channel; who it is from and what it belongs to follows from the sender's address. */
export const createMessage = (ctx: Context, input: NewMessage): Promise<string> =>
  createRecord(ctx, 'message', {
    fields: {
      $text: input.text,
      $sentAt: input.sentAt,
      $senderName: input.senderName ?? null,
      $senderEmail: input.senderEmail ?? null,
    },
    relationships: { $channel: input.channelId },
    ...(input.externalId !== undefined && { externalId: input.externalId }),
  })
