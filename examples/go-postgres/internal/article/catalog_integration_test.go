//go:build integration

package article

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"example.com/stockly/internal/testspace"
)

func catalog(t *testing.T, articles ...Article) Catalog {
	t.Helper()
	t.Parallel()
	c := NewCatalog(testspace.New(t).Pool)
	for _, a := range articles {
		if err := c.Add(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

var (
	bolt = Article{"BOLT-M8", "Bolt M8", "4006381333931"}
	nut  = Article{"NUT-M8", "Nut M8", ""}
)

func TestAnAddedArticleIsFound(t *testing.T) {
	c := catalog(t, bolt, nut)
	for code, want := range map[string]Article{"BOLT-M8": bolt, "bolt-m8": bolt, "4006381333931": bolt, "NUT-M8": nut} {
		if got, err := c.Find(t.Context(), code); err != nil || got != want {
			t.Errorf("%s is %v, %v", code, got, err)
		}
	}
}

func TestWhatWasNeverAddedIsUnknown(t *testing.T) {
	c := catalog(t, nut)
	for _, code := range []string{"BOLT-M8", "", "NUT", "4006381333931", "' OR 1=1 --"} {
		if got, err := c.Find(t.Context(), code); !errors.Is(err, ErrUnknown) {
			t.Errorf("%q is %v, %v", code, got, err)
		}
	}
}

func TestANumberIsTakenOnce(t *testing.T) {
	c := catalog(t, bolt)
	if err := c.Add(t.Context(), Article{bolt.SKU, "Another", ""}); !errors.Is(err, ErrTaken) {
		t.Errorf("got %v", err)
	}
}

func TestABarcodeIsTakenOnce(t *testing.T) {
	c := catalog(t, bolt)
	if err := c.Add(t.Context(), Article{"OTHER", "Another", bolt.Barcode}); !errors.Is(err, ErrTaken) {
		t.Errorf("got %v", err)
	}
}

func TestManyArticlesHaveNoBarcode(t *testing.T) {
	c := catalog(t, nut, Article{"WASHER", "Washer", ""})
	if got, err := c.Search(t.Context(), "", 10); err != nil || len(got) != 2 {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestOfManyWhoWantANumberOneGetsIt(t *testing.T) {
	c := catalog(t)
	var added atomic.Int32
	var clerks sync.WaitGroup
	for i := range 8 {
		clerks.Add(1)
		go func() {
			defer clerks.Done()
			err := c.Add(t.Context(), Article{"BOLT", fmt.Sprint("Bolt of clerk ", i), ""})
			if err == nil {
				added.Add(1)
			} else if !errors.Is(err, ErrTaken) {
				t.Error(err)
			}
		}()
	}
	clerks.Wait()
	if got := added.Load(); got != 1 {
		t.Errorf("%d clerks got it", got)
	}
}

func TestSearchingIsByTheBeginningInAnyCase(t *testing.T) {
	c := catalog(t, bolt, nut, Article{"BOLT-M10", "bolt M10", ""}, Article{"ANCHOR", "Anchor bolt", ""})
	got, err := c.Search(t.Context(), "BoLT", 10)
	if err != nil || len(got) != 2 || got[0].SKU != "BOLT-M10" && got[0].SKU != "BOLT-M8" {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestPatternsInASearchAreOnlyText(t *testing.T) {
	c := catalog(t, Article{"A", "100% cotton", ""}, Article{"B", "100 bolts", ""}, Article{"C", `back\slash`, ""})
	for prefix, want := range map[string]string{"100%": "A", "100_": "", `back\`: "C", "_": "", "%": ""} {
		got, err := c.Search(t.Context(), prefix, 10)
		if err != nil || fmt.Sprint(skus(got)) != fmt.Sprintf("[%s]", want) {
			t.Errorf("%s finds %v, %v; want %s", prefix, got, err, want)
		}
	}
}

func TestASearchHasALimit(t *testing.T) {
	c := catalog(t)
	var many []Article
	for i := range 30 {
		many = append(many, Article{fmt.Sprintf("NUT-%02d", i), fmt.Sprintf("Nut %02d", i), ""})
	}
	if err := c.Import(t.Context(), many); err != nil {
		t.Fatal(err)
	}
	if got, err := c.Search(t.Context(), "nut", 7); err != nil || len(got) != 7 || got[0].SKU != "NUT-00" {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestAnImportIsWholeOrNothing(t *testing.T) {
	c := catalog(t, bolt)
	err := c.Import(t.Context(), []Article{nut, {"WASHER", "Washer", ""}, bolt})
	if !errors.Is(err, ErrTaken) {
		t.Errorf("got %v", err)
	}
	if got, err := c.Search(t.Context(), "", 10); err != nil || fmt.Sprint(skus(got)) != "[BOLT-M8]" {
		t.Errorf("there are %v, %v", got, err)
	}
}

func TestTheDatabaseRefusesWhatIsNoArticle(t *testing.T) {
	c := catalog(t)
	for _, a := range []Article{{"bolt", "lower case", ""}, {"BOLT", "", ""}, {"", "no number", ""}} {
		if err := c.Add(t.Context(), a); err == nil || errors.Is(err, ErrTaken) {
			t.Errorf("%v: got %v", a, err)
		}
	}
}

func skus(articles []Article) (list []string) {
	for _, a := range articles {
		list = append(list, a.SKU)
	}
	return list
}
