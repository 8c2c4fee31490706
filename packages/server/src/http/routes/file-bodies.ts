import { filenameMax, filePurposes, fileSizeMax, isFilePurpose } from '@openfield/schema'
import { z } from 'zod'

/** The bodies of the operations on files. Whether what they say is allowed is for the domain. */
export const newFile = z.strictObject({
  filename: z.string().meta({ minLength: 1, maxLength: filenameMax, description: 'What the file is called.' }),
  mimeType: z.string().meta({ description: 'Its type, e.g. `text/plain`. Some purposes take some types only.' }),
  sizeBytes: z.int().meta({ minimum: 1, maximum: fileSizeMax, description: 'How many bytes will be uploaded.' }),
  purpose: z
    .string()
    .refine(isFilePurpose, `it must be one of ${Object.keys(filePurposes).join(', ')}`)
    .meta({
      enum: Object.keys(filePurposes),
      description:
        'What it is uploaded for: holds it to the rules of that purpose. Not part of the file that is returned.',
    })
    .optional(),
})

export const completion = z.strictObject({
  md5: z
    .string()
    .regex(/^[0-9a-f]{32}$/, 'it takes 32 lower-case hexadecimal digits')
    .optional()
    .meta({ description: 'The MD5 of the bytes, which is compared with that of the bytes that arrived.' }),
})

export const cancellation = z.strictObject({})
