import {
  IconBuilding,
  IconCalendarEvent,
  IconCheckbox,
  IconCube,
  IconList,
  IconMail,
  IconNote,
  IconTargetArrow,
  IconUser,
} from '@tabler/icons-react'
import type { ComponentType } from 'react'

export type Icon = ComponentType<{ size?: number; stroke?: number; 'aria-hidden'?: boolean }>

/** The types that have a place of their own in the navigation, in its order, and the icon of each. */
const icons: Record<string, Icon> = {
  opportunity: IconTargetArrow,
  account: IconBuilding,
  contact: IconUser,
  task: IconCheckbox,
  note: IconNote,
  meeting: IconCalendarEvent,
  email: IconMail,
  list: IconList,
}

const order = Object.keys(icons)

export const iconOf = (objectType: string): Icon => icons[objectType] ?? IconCube

/** The types that are shown in the navigation, in its order: those of the workspace's own come last. */
export const inNavigation = <Type extends { name: string; custom: boolean }>(types: readonly Type[]): Type[] => [
  ...order.flatMap((name) => types.find((type) => type.name === name) ?? []),
  ...types.filter(({ custom }) => custom),
]
