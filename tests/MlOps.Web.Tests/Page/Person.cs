using System.Text;
using Microsoft.Playwright;

namespace MlOps.Web.Tests.Page;

/// <summary>How a person uses the page.</summary>
internal abstract class Person(IPage page)
{
    protected IPage Page { get; } = page;

    public static Person With(string hand, IPage page) => hand == "keyboard" ? new AtKeyboard(page) : new AtMouse(page);

    /// <summary>Follows a link, or presses a button.</summary>
    public abstract Task UseAsync(ILocator target);

    /// <summary>Gives files to the pipeline that is open.</summary>
    public abstract Task DropAsync(Words words, IReadOnlyList<(string Name, byte[] Content)> files);

    private sealed class AtMouse(IPage page) : Person(page)
    {
        public override Task UseAsync(ILocator target) => target.ClickAsync();

        // What a browser makes of files that are let go over the page.
        public override async Task DropAsync(Words words, IReadOnlyList<(string Name, byte[] Content)> files)
        {
            var zone = Page.Locator(".drop");
            await Assertions.Expect(zone).ToBeVisibleAsync();
            var given = await Page.EvaluateHandleAsync(
                "files => { const data = new DataTransfer(); for (const f of files) data.items.add(new File([f.content], f.name, { type: 'text/csv' })); return data; }",
                files.Select(f => new { name = f.Name, content = Encoding.UTF8.GetString(f.Content) }).ToArray());
            await zone.DispatchEventAsync("dragover", new { dataTransfer = given });
            await zone.DispatchEventAsync("drop", new { dataTransfer = given });
        }
    }

    private sealed class AtKeyboard(IPage page) : Person(page)
    {
        private const int TabsMax = 200;

        public override async Task UseAsync(ILocator target)
        {
            await Assertions.Expect(target).ToBeVisibleAsync();

            // Back where the target lies before the focus, as a person would, rather than through a whole report.
            var isBefore = await target.EvaluateAsync<bool>("e => (e.compareDocumentPosition(document.activeElement) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0 && !e.contains(document.activeElement)");
            for (var tabs = 0; ; tabs++)
            {
                if (await target.EvaluateAsync<bool>("e => e === document.activeElement"))
                {
                    break;
                }

                Assert.True(tabs < TabsMax, $"{await target.TextContentAsync()} cannot be reached by keyboard.");
                await Page.Keyboard.PressAsync(isBefore ? "Shift+Tab" : "Tab");
            }

            await Page.Keyboard.PressAsync("Enter");
        }

        public override async Task DropAsync(Words words, IReadOnlyList<(string Name, byte[] Content)> files)
        {
            var chooser = await Page.RunAndWaitForFileChooserAsync(() => UseAsync(Page.GetByRole(AriaRole.Button, new() { Name = words.Choose })));
            await chooser.SetFilesAsync(files.Select(f => new FilePayload { Name = f.Name, MimeType = "text/csv", Buffer = f.Content }));
        }
    }
}
