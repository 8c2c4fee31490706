import type { RecordInput } from '../packages/server/src/domain/records/create.ts'
import { random } from './opportunities.ts'

/** Invented people, the same in every run: number n is always the same person. */

const firstNames =
  'Ada Adèle Amir Ana Anders Aya Beatriz Ben Björn Carla Chloé Daniel Dina Elena Emil Eva Farid Femke Finn Gita Hana Hugo Ida Ines Ivan Jane João Jonas Jürgen Kai Karim Lena Léo Lina Luis Maja Marta Mina Nadia Nils Noor Olga Omar Paul Petra Quentin Ravi René Rosa Sara Sofía Sven Tariq Tom Ursula Vera Victor Wanda Xenia Yusuf Zoë'.split(
    ' ',
  )
const syllables =
  'al an bar be bor car chen da der do el fer fi gar go han hol in jan ka kov la li lo man mar mei mi mo na ner no ol os pa per po quin ra ri ro sa sen si so ta ten to va ver vi wal wen wi xu ya zan zi'.split(
    ' ',
  )

const capitalised = (text: string) => text.slice(0, 1).toUpperCase() + text.slice(1)

/** One of some 8,000 family names, few of them common. */
function lastName(n: number): string {
  const which = Math.floor(8000 * random(n, 21) ** 2)
  const parts = [21, 22, 23].map((salt) => syllables[Math.floor(random(which, salt) * syllables.length)] ?? '')
  return capitalised(parts.slice(0, 2 + (which % 2)).join(''))
}

export type Person = { firstName: string; lastName: string; email: string; phone: string; company: number }

/** Person number n, who works at one of some companies. */
export function person(n: number, companies: number): Person {
  const firstName = firstNames[Math.floor(random(n, 24) * firstNames.length)] ?? ''
  const last = lastName(n)
  const company = Math.floor(random(n, 25) * companies)
  const plain = `${firstName}.${last}`.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
  const [area = 212] = [212, 312, 415, 617, 702].slice(n % 5)
  const phone = `+1${area}${2000000 + ((n * 7919) % 7999999)}`
  return { firstName, lastName: last, email: `${plain}.${n}@company-${company}.example`, phone, company }
}

/** Person number n as a contact of their company. */
export function contact(n: number, accounts: readonly string[]): RecordInput {
  const { firstName, lastName, email, phone, company } = person(n, accounts.length)
  return {
    fields: { $name: { firstName, lastName }, $email: [email], ...(n % 2 === 0 && { $phone: [phone] }) },
    relationships: { $account: accounts[company] },
  }
}
