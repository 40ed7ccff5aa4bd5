import { type ComponentType, type LazyExoticComponent, lazy } from "react";
import {
  BookUser,
  Database,
  GraduationCap,
  History,
  type LucideIcon,
  MessageCircle,
  MessagesSquare,
  UserRound,
} from "lucide-react";

/** A page about one user. */
export interface UserPage {
  /** Its part of the address, below `/users/<user>/`. */
  readonly path: string;
  readonly label: string;
  readonly icon: LucideIcon;
  /** `item` is what stands behind the page's own part of the address, such as an interaction's id. */
  readonly View: LazyExoticComponent<ComponentType<UserViewProps>>;
}

export interface UserViewProps {
  readonly user: string;
  readonly item?: string | undefined;
}

/** In the order in which they are offered. A view is loaded when it is first opened. */
export const userPages: readonly UserPage[] = [
  {
    path: "persona",
    label: "Persona",
    icon: UserRound,
    View: lazy(() => import("../views/persona/persona-view.js")),
  },
  {
    path: "chat",
    label: "Chat",
    icon: MessageCircle,
    View: lazy(() => import("../views/chat/chat-view.js")),
  },
  {
    path: "learning",
    label: "Learning",
    icon: GraduationCap,
    View: lazy(() => import("../views/learning/learning-view.js")),
  },
  {
    path: "history",
    label: "History",
    icon: History,
    View: lazy(() => import("../views/history/history-view.js")),
  },
  {
    path: "profile",
    label: "Profile",
    icon: BookUser,
    View: lazy(() => import("../views/profile/profile-view.js")),
  },
  {
    path: "interactions",
    label: "Interactions",
    icon: MessagesSquare,
    View: lazy(() => import("../views/interactions/interactions-view.js")),
  },
  {
    path: "data",
    label: "Your data",
    icon: Database,
    View: lazy(() => import("../views/data/data-view.js")),
  },
];
