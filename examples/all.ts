// Runs every example, one after the other in one process. A failing one ends it with its error.
for (const name of ["quickstart", "your-own-tool", "mcp-tools", "stream", "persistent"]) {
  console.log(`\n── ${name}`);
  await import(`./${name}.js`);
}
export {};
