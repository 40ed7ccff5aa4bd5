import { lazy, Suspense } from "react";
import { Redirect, Route, Switch } from "wouter";
import { NotFound, Waiting } from "../parts/states.js";
import { ChooseUser } from "../views/choose-user.js";
import { ViewBoundary } from "./view-boundary.js";
import { Layout } from "./layout.js";
import { addressOf, userIn } from "./location.js";
import { userPages } from "./pages.js";
import { useWho } from "./who.js";

const ServerView = lazy(() => import("../views/server/server-view.js"));

/** Where each address leads. */
export function Routes() {
  const { user: own } = useWho();
  const homeOf = (user: string) => addressOf(user, userPages[0]?.path);
  return (
    <Switch>
      <Route path="/">
        {own === null ? <Redirect to="/users" /> : <Redirect to={homeOf(own)} />}
      </Route>
      {own === null && (
        <Route path="/users">
          <Layout>
            <ChooseUser />
          </Layout>
        </Route>
      )}
      {own === null && (
        <Route path="/server">
          <Layout>
            <ViewBoundary>
              <Suspense fallback={<Waiting />}>
                <ServerView />
              </Suspense>
            </ViewBoundary>
          </Layout>
        </Route>
      )}
      <Route path="/users/:user">{({ user }) => <Redirect to={homeOf(userIn(user))} />}</Route>
      {userPages.map(({ path, View }) => (
        <Route key={path} path={`/users/:user/${path}/:item?`}>
          {({ user, item }) => (
            <Layout user={userIn(user)}>
              <ViewBoundary key={`${user} ${path} ${item ?? ""}`}>
                <Suspense fallback={<Waiting />}>
                  <View user={userIn(user)} item={item} />
                </Suspense>
              </ViewBoundary>
            </Layout>
          )}
        </Route>
      ))}
      <Route>
        <Layout {...(own !== null && { user: own })}>
          <NotFound />
        </Layout>
      </Route>
    </Switch>
  );
}
