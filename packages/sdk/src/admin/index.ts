import type { Send } from '../request.ts'
import { ApiKeys } from './api-keys.ts'

/** The admin API by topic. */
export class Admin {
  readonly apiKeys: ApiKeys

  constructor(send: Send) {
    this.apiKeys = new ApiKeys(send)
  }
}
