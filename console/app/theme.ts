import {
  Anchor,
  createTheme,
  type CSSVariablesResolver,
  type MantineColorsTuple,
} from "@mantine/core";

const ink: MantineColorsTuple = [
  "#f1f2fb",
  "#e0e2f5",
  "#bfc3ea",
  "#a3a9e0",
  "#868dd7",
  "#646bcb",
  "#565dbd",
  "#474eb0",
  "#3c439c",
  "#2f3580",
];

/** Mantine's own is a grey without a hue, which does not go with ink. */
const dark: MantineColorsTuple = [
  "#d5d7db",
  "#b3b6bd",
  "#8d9199",
  "#6a6e77",
  "#454952",
  "#383b43",
  "#25282e",
  "#1e2025",
  "#181a1e",
  "#121316",
];

export const theme = createTheme({
  colors: { ink, dark },
  primaryColor: "ink",
  primaryShade: { light: 8, dark: 5 },
  defaultRadius: "md",
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  headings: { fontWeight: "650" },
  cursorType: "pointer",
  respectReducedMotion: true,
  // Colour alone tells nobody that something is a link.
  components: { Anchor: Anchor.extend({ defaultProps: { underline: "always" } }) },
});

/** Text that is less important must still be read: at least 4.5 to 1 on each background. */
export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-body": "#f8f8f5",
    "--mantine-color-dimmed": "#5d6169",
    "--mantine-color-placeholder": "#6a6e76",
    "--mantine-color-error": "#b42318",
    "--mantine-color-anchor": "#3c439c",
    "--console-card": "#ffffff",
    "--console-line": "#e3e3dc",
    "--console-hover": "#efefe9",
    "--console-here": "#e4e6f7",
    "--console-here-text": "#2f3580",
    "--console-good": "#1a7446",
    "--console-bad": "#b42318",
    "--console-warn": "#8f5a00",
    "--console-added": "#e2f4e8",
    "--console-removed": "#fbe6e3",
  },
  dark: {
    "--mantine-color-body": "#15161a",
    "--mantine-color-dimmed": "#a4a8b0",
    "--mantine-color-placeholder": "#93979f",
    "--mantine-color-error": "#ff9c92",
    "--mantine-color-anchor": "#a3a9e0",
    "--console-card": "#1e2025",
    "--console-line": "#33363d",
    "--console-hover": "#282a31",
    "--console-here": "#2c2f4d",
    "--console-here-text": "#cdd0f2",
    "--console-good": "#6fd39b",
    "--console-bad": "#ff9c92",
    "--console-warn": "#f0b860",
    "--console-added": "#17382a",
    "--console-removed": "#472421",
  },
});
