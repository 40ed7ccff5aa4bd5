import { Component, type ReactNode } from "react";
import { Problem } from "../parts/states.js";

/** One view that breaks leaves the others alone. */
export class ViewBoundary extends Component<
  { readonly children: ReactNode },
  { readonly error: unknown }
> {
  override state: { readonly error: unknown } = { error: null };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    if (this.state.error === null) return this.props.children;
    return <Problem error={this.state.error} onRetry={() => this.setState({ error: null })} />;
  }
}
