import { join } from 'node:path'
import type { Config } from '../../config.ts'
import type { Blobs } from './blobs.ts'
import { localBlobs } from './local.ts'
import { s3Blobs } from './s3.ts'

/** The storage of files that the settings name: a bucket, or else a folder beside the data. Nothing is opened yet. */
export function openBlobs(config: Config): Blobs {
  const { OPENFIELD_S3_BUCKET: bucket, OPENFIELD_DATA_DIR } = config
  if (bucket === undefined) return localBlobs(join(OPENFIELD_DATA_DIR, 'files'))
  const { OPENFIELD_S3_ACCESS_KEY_ID: accessKeyId, OPENFIELD_S3_SECRET_ACCESS_KEY: secretAccessKey } = config
  return s3Blobs({
    bucket,
    region: config.OPENFIELD_S3_REGION,
    endpoint: config.OPENFIELD_S3_ENDPOINT,
    credentials: accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey } : undefined,
  })
}
