// Whether a text names a file: `db/password` is not in `db/password-file`. Pure.

export function namesPath(text: string, path: string): boolean {
  for (let start = text.indexOf(path); start !== -1; start = text.indexOf(path, start + 1))
    if (!/^[\w./-]/.test(text.slice(start + path.length))) return true;
  return false;
}
