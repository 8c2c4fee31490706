/** Bodies to try the operations with, by operation. A test holds them against the schemas. */
export const examples: Readonly<Record<string, unknown>> = {
  'account.create': { fields: { $name: 'Northwind Traders', $website: ['northwind.example'], $headcount: '51-200' } },
  'account.update': { fields: { $industry: ['Logistics', 'Retail'] } },
  'contact.create': {
    fields: { $name: { firstName: 'Ada', lastName: 'Byron' }, $email: ['ada@northwind.example'], $title: 'CTO' },
  },
  'contact.update': { fields: { $phone: ['+1 202 555 0123'], $doNotContact: false } },
  'opportunity.create': {
    fields: { $name: 'Northwind renewal', $stage: 'Proposal', $amount: 48000 },
    relationships: { $account: 'acc_01h0000000000000000000000' },
  },
  'opportunity.update': { fields: { $stage: 'Won', $closeDate: '2026-06-30T17:00:00+02:00' } },
  'file.create': {
    filename: 'call.txt',
    mimeType: 'text/plain',
    sizeBytes: 2048,
    purpose: 'meeting_transcript',
  },
  'file.complete': { md5: '5d41402abc4b2a76b9719d911017c592' },
  'admin.apiKey.create': { name: 'Website form', scopes: ['contacts:create', 'contacts:read'] },
  'admin.member.create': { email: 'sam@example.com', firstName: 'Sam', lastName: 'Rivera', role: 'member' },
  'admin.member.update': { role: 'admin' },
  'admin.field.create': { slug: 'renewal-date', label: 'Renewal date', valueType: 'DATETIME' },
  'admin.field.update': { label: 'Renewed on' },
  'admin.relationship.create': {
    slug: 'reseller',
    label: 'Reseller',
    to: 'account',
    cardinality: 'HAS_ONE',
    inverse: { slug: 'resold-opportunities', label: 'Resold opportunities', cardinality: 'HAS_MANY' },
  },
  'admin.relationship.update': { label: 'Sold through' },
}
