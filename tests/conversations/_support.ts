import { InMemoryStorage } from "@mayfly/store";
import {
  type Conversation,
  Conversations,
  type ConversationsOptions,
  type NewTurn,
} from "@mayfly/store/conversations";

/** A turn of a user. */
export function user(content: string, more: Partial<NewTurn> = {}): NewTurn {
  return { role: "user", content, ...more };
}

/** Conversations in a memory of their own. */
export function inMemory(
  options: ConversationsOptions = {},
): { storage: InMemoryStorage; conversations: Conversations } {
  const storage = new InMemoryStorage();
  return { storage, conversations: new Conversations({ storage, ...options }) };
}

/** A conversation that has some turns. */
export async function withTurns(
  conversations: Conversations,
  contents: string[],
): Promise<string> {
  const id = await conversations.create();
  for (const content of contents) await conversations.append(id, user(content));
  return id;
}

/** What was said. */
export function contentsOf(
  conversation: Conversation | undefined,
): string[] | undefined {
  return conversation?.turns.map(({ content }) => content);
}
