/**
 * Every test starts from the same environment: no key, no address and no tracing that happens to be
 * set on the machine may change what a test does, and nothing may be sent anywhere.
 */
export default function quietEnvironment() {
  for (const name of Object.keys(process.env)) {
    if (
      /^(OPENAI_|LANGSMITH_|LANGCHAIN_|CHROMA_|DATABASE_URL$|MODEL$|EMBEDDINGS$|STORE$)/.test(name)
    )
      delete process.env[name];
  }
}
