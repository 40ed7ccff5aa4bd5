import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { setNonce } from "get-nonce";
import { Router } from "wouter";
import { RequestError } from "../api/client.js";
import { useRawLocation, useRawSearch } from "./location.js";
import { Signed } from "./signed.js";
import { theme, variables } from "./theme.js";

const nonce = document.querySelector<HTMLMetaElement>("meta[property=csp-nonce]")?.nonce ?? "";
setNonce(nonce);

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // What was refused once is refused again.
      retry: (failures, error) =>
        failures < 2 && !(error instanceof RequestError && error.status < 500 && error.status > 0),
    },
  },
});

export function App() {
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={variables}
      defaultColorScheme="auto"
      getStyleNonce={() => nonce}
    >
      <QueryClientProvider client={client}>
        <Router base="/console" hook={useRawLocation} searchHook={useRawSearch}>
          <Signed />
        </Router>
      </QueryClientProvider>
    </MantineProvider>
  );
}
