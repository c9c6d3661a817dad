using MlOps.Learning.Images;
using MlOps.Learning.Learners;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Steps.Pictures;
using MlOps.Pipeline.Wording;
using MlOps.Tabular;

namespace MlOps.Pipeline.Serving;

/// <summary>A picture of a request as the row that it would be in a drop, by the same code: it is scored as there, to the last digit.</summary>
/// <param name="embedder">Looks at pictures.</param>
public sealed class PictureRows(PictureEmbedder embedder)
{
    private static readonly CsvWriteOptions Plain = new() { GuardFormulas = false };

    /// <summary>Reads a picture.</summary>
    /// <param name="bytes">A JPEG or PNG file.</param>
    /// <exception cref="ScoringRefusedException">It is no picture, too large or damaged; says which.</exception>
    /// <exception cref="StepRefusedException">Pictures cannot be looked at on this machine; says what is missing.</exception>
    public ScoringBody Read(byte[] bytes)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        try
        {
            var facts = embedder.Embed(bytes);
            var csv = new MemoryStream();
            using (var table = new CsvWriter(csv, Plain))
            {
                PictureTable.WriteHeader(table);
                PictureTable.WriteFacts(table, facts);
            }

            return ScoringBody.FromJson(PictureFacts.Columns, csv, [2]);
        }
        catch (PictureException e)
        {
            throw new ScoringRefusedException(1, [Finding.Of(Sentence.Of(e.Remark))]);
        }
        catch (LearnerException e)
        {
            throw PicturesStep.NoNetwork(e);
        }
    }
}
