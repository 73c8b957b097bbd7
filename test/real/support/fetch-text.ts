/** By the machine's own Node: what listens there is out of reach from outside. Fails where the answer is no success. */
export function fetchText(url: string): readonly string[] {
  const script = `const answer = await fetch(${JSON.stringify(url)});
    console.log(await answer.text());
    process.exitCode = answer.ok ? 0 : 1;`;
  return ["node", "--no-warnings", "--input-type=module", "--eval", script];
}
