import { createTheme, type MantineColorsTuple } from '@mantine/core'

const field: MantineColorsTuple = [
  '#eef6f1',
  '#dceae2',
  '#b9d7c8',
  '#93c2aa',
  '#72af90',
  '#549a78',
  '#3f8765',
  '#317557',
  '#2a6a50',
  '#1f5540',
]

/** How everything looks; sizes and colours that components do not know are in tokens.css. */
export const theme = createTheme({
  colors: { field },
  primaryColor: 'field',
  primaryShade: { light: 8, dark: 7 },
  autoContrast: true,
  defaultRadius: 'sm',
  fontFamily: 'Inter, ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, monospace',
  headings: {
    fontWeight: '600',
    sizes: { h1: { fontSize: '1.375rem' }, h2: { fontSize: '1.0625rem' }, h3: { fontSize: '0.9375rem' } },
  },
  cursorType: 'pointer',
  components: {
    Badge: { defaultProps: { variant: 'light' } },
    Button: { defaultProps: { size: 'xs' } },
    Notification: { defaultProps: { closeButtonProps: { 'aria-label': 'Dismiss' } } },
    TextInput: { defaultProps: { size: 'sm' } },
    // The page itself does not scroll, and locking it would write styles that its policy refuses.
    Modal: { defaultProps: { closeButtonProps: { 'aria-label': 'Close' }, centered: true, lockScroll: false } },
    Drawer: { defaultProps: { closeButtonProps: { 'aria-label': 'Close' }, lockScroll: false } },
    // What scrolls is the list itself, which its input moves about in.
    Select: {
      defaultProps: { withScrollArea: false },
      styles: { options: { maxHeight: '17.5rem', overflowY: 'auto' } },
    },
    Tooltip: { defaultProps: { openDelay: 400 } },
  },
})
