/** Domains where anybody has an address, so that it says nothing about an organisation. */
const publicDomains = new Set(
  `aol.com bluewin.ch btinternet.com comcast.net duck.com email.com fastmail.com free.fr freenet.de gmail.com gmx.at gmx.ch
   gmx.com gmx.de gmx.net googlemail.com hey.com hotmail.co.uk hotmail.com hotmail.de hotmail.fr hushmail.com icloud.com
   laposte.net libero.it live.co.uk live.com live.de mac.com mail.com mail.ru mailbox.org me.com msn.com naver.com orange.fr
   outlook.com outlook.de pm.me posteo.de posteo.net proton.me protonmail.com qq.com rocketmail.com seznam.cz sfr.fr
   t-online.de tuta.com tutanota.com verizon.net wanadoo.fr web.de wp.pl yahoo.co.in yahoo.co.jp yahoo.co.uk yahoo.com
   yahoo.de yahoo.fr yandex.com yandex.ru ymail.com zoho.com 126.com 163.com`.split(/\s+/),
)

/** What stands behind the `@` of an address, in lower case. */
export const domainOf = (email: string) => email.slice(email.lastIndexOf('@') + 1).toLowerCase()

/** Whether anybody can have an address at a domain. */
export const isPublicDomain = (domain: string) => publicDomains.has(domain)
