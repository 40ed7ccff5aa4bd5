// Runs every example in one process, one after the other. The first failure ends it.
for (const name of [
  "quickstart",
  "your-own-tool",
  "mcp-tools",
  "stream",
  "persistent",
  "anthropic",
  "google",
  "service",
  "align-users",
  "http",
  "openai-client",
  "mcp-client",
  "remote-graph",
]) {
  console.log(`\n── ${name}`);
  await import(`./${name}.js`);
}
export {};
