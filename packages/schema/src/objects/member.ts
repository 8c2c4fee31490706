import { defineObject } from './define.ts'

/** A person who works in the workspace. Written through the admin API; the public API only reads members. */
export const member = defineObject({
  number: 8,
  name: 'member',
  plural: 'members',
  label: 'Member',
  prefix: 'mem',
  title: ['$name', '$email'],
  searched: ['$name', '$email'],
  details: ['$email'],
  verbs: ['retrieve', 'list'],
  open: false,
  filterable: false,
  omits: ['externalId'],
  fields: {
    $email: {
      id: 801,
      valueType: 'EMAIL',
      label: 'Email',
      required: true,
      typeConfiguration: { multipleValues: false, unique: true },
    },
    $name: { id: 802, valueType: 'FULL_NAME', label: 'Name' },
    $profileImage: {
      id: 803,
      valueType: 'URL',
      label: 'Profile image',
      typeConfiguration: { multipleValues: false, unique: false },
    },
    $role: { id: 804, valueType: 'TEXT', label: 'Role', description: '`admin` or `member`.', required: true },
  },
  relationships: {},
})
