/**
 * Stored text can never become markup. The server's policy has the browser ask this rule whenever a script would make
 * HTML of text, which only style sheets need here; what holds a `<` is refused, whoever asks.
 */
interface TrustedTypes {
  createPolicy(name: string, rules: { createHTML: (text: string) => string | null }): unknown;
}

const { trustedTypes } = window as { readonly trustedTypes?: TrustedTypes };
trustedTypes?.createPolicy("default", {
  createHTML: (text) => (text.includes("<") ? null : text),
});
