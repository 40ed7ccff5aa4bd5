type SlotNames<Text extends string> = Text extends `${string}{{${infer Name}}}${infer Rest}`
  ? Name | SlotNames<Rest>
  : never;

/** A prompt with named slots. `render` fills every slot, or throws `TypeError` naming the one left empty. */
export interface Template<Text extends string> {
  readonly text: Text;
  render(values: Readonly<Record<SlotNames<Text>, string>>): string;
}

/**
 * A prompt whose slots are checked by the compiler and filled in one pass.
 *
 * One pass matters twice: a value that happens to contain `{{other}}` is not expanded again, and `$&`
 * or `$$` in a value is not read as a replacement pattern, which is what `text.replace(slot, value)`
 * would do.
 */
export function defineTemplate<const Text extends string>(text: Text): Template<Text> {
  return {
    text,
    render(values) {
      const filled: Record<string, string> = values;
      return text.replaceAll(/\{\{(\w+)\}\}/g, (_slot, name: string) => {
        const value = filled[name];
        if (value === undefined) throw new TypeError(`Prompt slot {{${name}}} was not filled.`);
        return value;
      });
    },
  };
}
