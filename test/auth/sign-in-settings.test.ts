import { describe, expect, it } from "vitest";
import { isLoopback, readSignInSettings } from "../../src/auth/sign-in-settings.js";

const provider = {
  AUTH_JWKS_URL: "https://id.example.org/keys",
  AUTH_ISSUER: "https://id.example.org",
  AUTH_AUDIENCE: "persona",
};
const keys = { AUTH_KEYS_FILE: "keys.jsonl" };

describe("readSignInSettings", () => {
  it.each([
    [{}, "localhost", /^No sign-in is set up;/],
    [{}, "0.0.0.0", /^No sign-in is set up;/],
    [{ AUTH: "" }, "localhost", /^No sign-in is set up;/],
    [{ AUTH: "on" }, "localhost", /^AUTH is "on"; expected off/],
    [{ AUTH: "off" }, "0.0.0.0", /^AUTH is off, and the server does not listen on this machine/],
    [{ AUTH: "off" }, undefined, /\(unknown address\)/],
    [{ AUTH: "off", ...keys }, "localhost", /^AUTH is off and AUTH_KEYS_FILE is set;/],
    [{ AUTH: "off", AUTH_STUDIO: "on" }, "localhost", /^AUTH is off and AUTH_STUDIO is set;/],
    [{ ...keys, AUTH_ISSUER: "x" }, "localhost", /^AUTH_ISSUER is set without AUTH_JWKS_URL;/],
    [{ ...provider, AUTH_AUDIENCE: "" }, "localhost", /set without AUTH_AUDIENCE;/],
    [{ ...provider, AUTH_ISSUER: "" }, "localhost", /set without AUTH_ISSUER;/],
    [{ ...provider, AUTH_JWKS_URL: "http://id.example.org" }, "localhost", /with https/],
    [{ ...provider, AUTH_JWKS_URL: "keys" }, "localhost", /with https/],
    [{ ...keys, AUTH_STUDIO: "yes" }, "localhost", /^AUTH_STUDIO is "yes"; expected on/],
    [{ ...keys, AUTH_STUDIO: "on" }, "0.0.0.0", /^AUTH_STUDIO is on, and the server does not/],
    [{ AUTH_STUDIO: "on" }, "localhost", /^No sign-in is set up;/],
  ])("refuses %j on %s in one line", (env, host, line) => {
    expect(() => readSignInSettings(env, host)).toThrow(line);
    expect(() => readSignInSettings(env, host)).toThrow(/^[^\n]+$/);
    expect(() => readSignInSettings(env, host)).toThrow(
      expect.objectContaining({ code: "config-invalid" }),
    );
  });

  it("takes none on the loopback where that is asked for, and keys or tokens anywhere", () => {
    expect(readSignInSettings({ AUTH: "off" }, "localhost")).toBe("off");
    expect(readSignInSettings(keys, "0.0.0.0")).toEqual({
      keysFile: "keys.jsonl",
      tokens: undefined,
      allowStudio: false,
    });
    expect(readSignInSettings({ ...provider, AUTH_STUDIO: "on" }, "::1")).toEqual({
      keysFile: undefined,
      tokens: {
        jwksUrl: "https://id.example.org/keys",
        issuer: "https://id.example.org",
        audience: "persona",
        userClaim: "sub",
        rolesClaim: "roles",
        operatorRole: undefined,
      },
      allowStudio: true,
    });
  });

  it.each([
    ["localhost", true],
    ["127.0.0.1", true],
    ["127.8.8.8", true],
    ["[::1]", true],
    ["0.0.0.0", false],
    ["::", false],
    ["localhost.example.org", false],
    ["127.0.0.1.example.org", false],
    ["10.0.0.1", false],
  ])("says of %s whether only this machine reaches it", (host, isOwn) => {
    expect(isLoopback(host)).toBe(isOwn);
  });
});
