package main
import ("testing";"context";"time";"fmt";"os";"strconv")
func TestZZ(t *testing.T){ n,_:=strconv.Atoi(os.Getenv("N")); d,err:=openBenchDesk(context.Background(),t.TempDir()); if err!=nil{t.Fatal(err)}; defer d.close()
 l,r,err:=drive(context.Background(),d,n,6*time.Second); fmt.Println("RATE",r,l.ms(.5),l.ms(.99),len(l),err)}
