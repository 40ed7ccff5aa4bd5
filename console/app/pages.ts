import { type ComponentType, type LazyExoticComponent, lazy } from "react";
import { type LucideIcon, UserRound } from "lucide-react";

/** A page about one user. */
export interface UserPage {
  /** Its part of the address, below `/users/<user>/`. */
  readonly path: string;
  readonly label: string;
  readonly icon: LucideIcon;
  readonly View: LazyExoticComponent<ComponentType<{ readonly user: string }>>;
}

/** In the order in which they are offered. A view is loaded when it is first opened. */
export const userPages: readonly UserPage[] = [
  {
    path: "persona",
    label: "Persona",
    icon: UserRound,
    View: lazy(() => import("../views/persona/persona-view.js")),
  },
];
