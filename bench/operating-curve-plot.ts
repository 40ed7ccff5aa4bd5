interface Panel {
  readonly title: string;
  /** One share (0 to 1, NaN where there is none) per effect, in the effects' order. */
  readonly curves: readonly { readonly name: string; readonly shares: readonly number[] }[];
}

const colors = ["#b2182b", "#ef8a62", "#d9a400", "#666666", "#67a9cf", "#4d9221", "#08306b"];
const [width, height, top, left, gap] = [300, 260, 44, 46, 54];
const legendLine = 16;

/** Panels side by side: share accepted over the candidate's true effect, with the targets as bands. Pure. */
export function drawPlot(effects: readonly number[], panels: readonly Panel[]): string {
  const [first = -1] = effects;
  const last = effects.at(-1) ?? 1;
  const across = (effect: number) => ((effect - first) / (last - first)) * width;
  const up = (share: number) => height - share * height;
  const most = Math.max(...panels.map(({ curves }) => curves.length));
  const total = {
    width: left + panels.length * (width + gap),
    height: top + height + 52 + most * legendLine,
  };

  const drawn = panels.map(({ title, curves }, place) => {
    const grid = [0, 0.2, 0.4, 0.6, 0.8, 1].map(
      (share) =>
        `<line x1="0" x2="${width}" y1="${up(share)}" y2="${up(share)}" stroke="#ddd"/><text x="-6" y="${up(share) + 4}" text-anchor="end">${Math.round(share * 100)}</text>`,
    );
    const ticks = effects
      .filter((effect) => Math.abs(effect) !== 0.05)
      .map(
        (effect) =>
          `<line x1="${across(effect)}" x2="${across(effect)}" y1="0" y2="${height}" stroke="#eee"/><text x="${across(effect)}" y="${height + 16}" text-anchor="middle">${effect > 0 ? "+" : ""}${Math.round(effect * 100)}</text>`,
      );
    const targets = `<rect x="0" width="${across(0)}" y="${up(0.05)}" height="${height - up(0.05)}" fill="#4d9221" fill-opacity=".25"/><circle cx="${width}" cy="${up(0.8)}" r="5" fill="none" stroke="#4d9221" stroke-width="2"/>`;
    const lines = curves.map(({ name, shares }, index) => {
      // The last curve is the one that matters where a rule was chosen.
      const color = colors[(index + colors.length - curves.length) % colors.length] ?? "#000";
      const points = shares.flatMap((share, at) =>
        Number.isNaN(share)
          ? []
          : [`${across(effects[at] ?? 0).toFixed(1)},${up(share).toFixed(1)}`],
      );
      const y = height + 52 + index * legendLine;
      return `<polyline fill="none" stroke="${color}" stroke-width="2" points="${points.join(" ")}"/><line x1="0" x2="22" y1="${y - 4}" y2="${y - 4}" stroke="${color}" stroke-width="2"/><text x="28" y="${y}">${escaped(name)}</text>`;
    });
    return `<g transform="translate(${left + place * (width + gap)},${top})"><text x="0" y="-16" font-weight="bold">${escaped(title)}</text>${[...ticks, ...grid].join("")}${targets}${lines.join("")}<text transform="translate(-34,${height / 2}) rotate(-90)" text-anchor="middle">accepted, %</text><text x="${width / 2}" y="${height + 32}" text-anchor="middle">true effect of the candidate (points of accuracy)</text></g>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${total.width}" height="${total.height}" viewBox="0 0 ${total.width} ${total.height}" font-family="sans-serif" font-size="11"><title>Share of candidates accepted, in percent, over their true effect</title><rect width="100%" height="100%" fill="white"/>\n${drawn.join("\n")}\n</svg>\n`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
