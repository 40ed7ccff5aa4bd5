import { ActionIcon, Button, useMantineColorScheme } from "@mantine/core";
import { useColorScheme } from "@mantine/hooks";
import { ChevronsUpDown, LogOut, Moon, Sun } from "lucide-react";
import type { ReactNode } from "react";
import { Link, useLocation } from "wouter";
import icon from "../assets/icon.svg";
import { setKey } from "../api/session.js";
import styles from "./layout.module.css";
import { addressOf } from "./location.js";
import { userPages } from "./pages.js";
import { useWho } from "./who.js";

/** What stands around every view: where one is, about whom, and where else one can go. */
export function Layout({
  user,
  children,
}: {
  readonly user?: string;
  readonly children: ReactNode;
}) {
  const who = useWho();
  const [location] = useLocation();
  return (
    <div className={styles["frame"]}>
      <header className={styles["header"]}>
        <a href="#content" className="visually-hidden-until-focus">
          Skip to the content
        </a>
        <Link href="/" className={styles["brand"] ?? ""} aria-label="Persona console">
          <img src={icon} alt="" width={28} height={28} />
          <span className={styles["brandName"]}>Persona console</span>
        </Link>
        <div className={styles["who"]}>
          {user !== undefined &&
            (who.user === null ? (
              <Button
                component={Link}
                href="/users"
                variant="default"
                size="compact-md"
                aria-label={`User ${user}; choose another`}
                rightSection={<ChevronsUpDown size={14} aria-hidden />}
              >
                <bdi className={styles["userName"]}>{user}</bdi>
              </Button>
            ) : (
              <bdi className={styles["userName"]}>{user}</bdi>
            ))}
          {who.user === null && (
            <Button
              component={Link}
              href="/server"
              variant="subtle"
              color="gray"
              size="compact-md"
              aria-current={location === "/server" ? "page" : undefined}
            >
              Server
            </Button>
          )}
          <SchemeSwitch />
          {who.signIn && (
            <ActionIcon
              variant="subtle"
              color="gray"
              size="lg"
              aria-label="Sign out"
              onClick={() => setKey(null)}
            >
              <LogOut size={18} aria-hidden />
            </ActionIcon>
          )}
        </div>
      </header>
      {user !== undefined && (
        <nav className={styles["nav"]} aria-label={`About ${user}`}>
          <ul className={styles["links"]} ref={showCurrent}>
            {userPages.map(({ path, label, icon: Icon }) => {
              const href = addressOf(user, path);
              return (
                <li key={path}>
                  <Link
                    href={href}
                    className={styles["link"] ?? ""}
                    aria-current={isAt(location, href) ? "page" : undefined}
                  >
                    <Icon size={18} aria-hidden />
                    {label}
                  </Link>
                </li>
              );
            })}
          </ul>
        </nav>
      )}
      <main id="content" className={styles["main"]} tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}

/** On a phone the row of links is wider than the screen: the one that leads here comes into view. */
function showCurrent(links: HTMLUListElement | null): void {
  const current = links?.querySelector("[aria-current]");
  current?.scrollIntoView({ block: "nearest", inline: "center" });
}

/** Also at a part of the page, such as one interaction. */
function isAt(location: string, href: string): boolean {
  return location === href || location.startsWith(`${href}/`);
}

/** Follows the system until somebody chooses. */
function SchemeSwitch() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const system = useColorScheme();
  const isDark = (colorScheme === "auto" ? system : colorScheme) === "dark";
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size="lg"
      aria-label={isDark ? "Use light colours" : "Use dark colours"}
      onClick={() => setColorScheme(isDark ? "light" : "dark")}
    >
      {isDark ? <Sun size={18} aria-hidden /> : <Moon size={18} aria-hidden />}
    </ActionIcon>
  );
}
