// How the editor asks the server: of one campaign, in JSON.
export function asker({ address, of }, token) {
  return async (words) => {
    const answer = await fetch(address, { method: "POST", headers: { "Content-Type": "application/json", "X-CSRFToken": token }, body: JSON.stringify({ ...words, of }) });
    if (!answer.ok) throw new Error(`${answer.status}`);
    return answer.json();
  };
}
