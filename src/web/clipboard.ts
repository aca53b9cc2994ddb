/**
 * @returns whether it was copied: browsers offer the clipboard on https and localhost only, and may refuse it
 */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
