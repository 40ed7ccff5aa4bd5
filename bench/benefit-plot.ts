interface Panel {
  readonly title: string;
  readonly unit: string;
  /** The top of the vertical axis, which begins at 0. */
  readonly most: number;
  /** One value per place across. */
  readonly curves: readonly { readonly name: string; readonly values: readonly number[] }[];
}

const colors = ["#b2182b", "#d9a400", "#67a9cf", "#08306b"];
const [width, height, gapX, gapY, margin] = [260, 150, 70, 62, 60];

/** Panels in rows of `perRow`: values over the number of labelled items, with one legend above. Pure. */
export function drawBenefitPlot(
  across: readonly number[],
  panels: readonly Panel[],
  perRow: number,
): string {
  const total = {
    width: margin + perRow * (width + gapX),
    height: margin + Math.ceil(panels.length / perRow) * (height + gapY),
  };
  const x = (place: number) => (place / (across.length - 1)) * width;
  const legend = (panels[0]?.curves ?? []).map(
    ({ name }, index) =>
      `<g transform="translate(${margin + index * 210},20)"><line x2="22" y1="-4" y2="-4" stroke="${colors[index]}" stroke-width="2"/><text x="28">${name}</text></g>`,
  );
  const drawn = panels.map(({ title, unit, most, curves }, index) => {
    const y = (value: number) => height - Math.min(1, Math.max(0, value / most)) * height;
    const grid = [0, 0.25, 0.5, 0.75, 1].map(
      (share) =>
        `<line x2="${width}" y1="${y(share * most)}" y2="${y(share * most)}" stroke="#ddd"/><text x="-6" y="${y(share * most) + 4}" text-anchor="end">${Number((share * most).toFixed(3))}</text>`,
    );
    const ticks = across.map(
      (value, place) =>
        `<text x="${x(place)}" y="${height + 14}" text-anchor="middle">${value}</text>`,
    );
    const lines = curves.map(
      ({ values }, curve) =>
        `<polyline fill="none" stroke="${colors[curve]}" stroke-width="2" points="${values.map((value, place) => `${x(place).toFixed(1)},${y(value).toFixed(1)}`).join(" ")}"/>`,
    );
    const left = margin + (index % perRow) * (width + gapX);
    const top = margin + Math.floor(index / perRow) * (height + gapY);
    return `<g transform="translate(${left},${top})"><text y="-8"><tspan font-weight="bold">${title}</tspan>: ${unit}</text>${[...grid, ...ticks, ...lines].join("")}<text x="${width / 2}" y="${height + 28}" text-anchor="middle">labelled items</text></g>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${total.width}" height="${total.height}" viewBox="0 0 ${total.width} ${total.height}" font-family="sans-serif" font-size="11"><title>What rules of acceptance gain, harm and cost, over the number of labelled items</title><rect width="100%" height="100%" fill="white"/>\n${[...legend, ...drawn].join("\n")}\n</svg>\n`;
}
