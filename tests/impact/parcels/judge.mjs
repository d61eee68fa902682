import { readdirSync } from "node:fs";

const failed = [];
for (const name of readdirSync("callers")) {
  try {
    await (await import(`./callers/${name}`)).run();
  } catch {
    failed.push(`callers/${name}`);
  }
}
console.log(JSON.stringify(failed));
