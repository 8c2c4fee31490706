import type { Send } from '../request.ts'
import { ApiKeys } from './api-keys.ts'
import { Objects } from './objects.ts'
import { RecordFiles } from './record-files.ts'
import { Records } from './records.ts'
import { Sessions } from './session.ts'
import { Trash } from './trash.ts'

/** The admin API by topic. */
export class Admin {
  readonly apiKeys: ApiKeys
  readonly objects: Objects
  readonly records: Records
  readonly recordFiles: RecordFiles
  readonly session: Sessions
  readonly trash: Trash

  constructor(send: Send) {
    this.apiKeys = new ApiKeys(send)
    this.objects = new Objects(send)
    this.records = new Records(send)
    this.recordFiles = new RecordFiles(send)
    this.session = new Sessions(send)
    this.trash = new Trash(send)
  }
}
