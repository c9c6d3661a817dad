import { useEffect, useState } from "preact/hooks";
import { at, get, post } from "../api/client";
import type { Approval as Question } from "../api/types";
import { announce } from "../parts/announce";
import { Dialog } from "../parts/dialog";
import { Facts } from "../parts/parts";
import { useFormat } from "../text/format";
import { Said, useText } from "../text/language";

const again = 1000;

/** What a run that waits for a person asks, and the two answers. */
export function Approval({ id }: { id: string }) {
  const t = useText();
  const f = useFormat();
  const [question, setQuestion] = useState<Question>();
  const [asks, setAsks] = useState<"approve" | "reject" | null>(null);
  const [comment, setComment] = useState("");

  // The run says that it waits a moment before its question is there.
  useEffect(() => {
    const stop = new AbortController();
    const load = async (): Promise<void> => {
      try {
        setQuestion(await get<Question>(`${at.run(id)}/approval`, stop.signal));
      } catch {
        if (!stop.signal.aborted) setTimeout(() => !stop.signal.aborted && void load(), again);
      }
    };
    void load();
    return () => stop.abort();
  }, [id]);

  if (question?.state !== "pending") return null;
  const close = () => setAsks(null);
  const answer = async (word: "approve" | "reject") => {
    setQuestion(await post<Question>(`${at.run(id)}/${word}`, { comment: comment.trim() || null }));
    announce(word === "approve" ? t.approval.approved : t.approval.rejected);
  };
  return (
    <section class="notice asks" aria-labelledby="approval-title">
      <h2 id="approval-title" class="notice-title">
        {t.approval.title}
      </h2>
      <Said as="p">{question.evidence}</Said>
      <Facts
        of={[
          [t.approval.challenger, <code>{question.challenger}</code>],
          [t.approval.champion, <code>{question.champion}</code>],
          [t.approval.until, f.time(question.expiresAt)],
        ]}
      />
      <div class="links">
        <button type="button" class="primary" onClick={() => setAsks("approve")}>
          {t.approval.approve}
        </button>
        <button type="button" onClick={() => setAsks("reject")}>
          {t.approval.reject}
        </button>
      </div>
      {asks && (
        <Dialog title={asks === "approve" ? t.approval.approveTitle : t.approval.rejectTitle} yes={t.approval[asks]} close={close} act={() => answer(asks)}>
          <p>{asks === "approve" ? t.approval.approveText : t.approval.rejectText}</p>
          <label class="field">
            <span>{t.approval.comment}</span>
            <input type="text" value={comment} maxLength={500} onInput={(e) => setComment(e.currentTarget.value)} />
          </label>
        </Dialog>
      )}
    </section>
  );
}
